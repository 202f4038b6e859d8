Feature: For

  Scenario: Iterations follow each other and know item and index
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - loop:
          for: { each: colour, in: .colours, at: place }
          while: '.done | length < 2'
          do:
            - note: { set: { done: '${ .done + ["\($place) \($colour)"] }', colours: '${ .colours }' } }
          output: { as: .done }
    """
    And given the workflow input is:
    """yaml
    colours: [ red, green, blue ]
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    ['0 red', '1 green']
    """

  Scenario: What is no list is an expression error
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - loop:
          for: { in: .colours }
          do:
            - never: { set: { a: 1 } }
    """
    And given the workflow input is:
    """yaml
    colours: red
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/expression
    status: 400
    instance: /do/0/loop
    """
