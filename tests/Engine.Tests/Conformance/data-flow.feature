Feature: Data flow

  Scenario: A task sees its transformed input and hands on its transformed output
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - pick:
          input: { from: .order.lines }
          set: { total: '${ map(.price) | add }', raw: '${ $task.input.order.id }' }
          output: { as: '{ sum: .total, id: .raw, lines: ($input | length) }' }
    """
    And given the workflow input is:
    """yaml
    order: { id: 7, lines: [ { price: 1.5 }, { price: 2 } ] }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    { sum: 3.5, id: 7, lines: 2 }
    """

  Scenario: The context begins as the transformed input and is what tasks export
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    input: { from: .start }
    do:
      - first:
          set: { a: '${ $context }' }
          export: { as: '{ seen: .a, n: 1 }' }
      - second:
          set: { b: '${ $context.n + 1 }' }
          export: { as: '$context + { n: $output.b }' }
    output: { as: '$context' }
    """
    And given the workflow input is:
    """yaml
    start: { x: 1 }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    { seen: { x: 1 }, n: 2 }
    """

  Scenario: Input that does not fit its schema is a validation error and runs nothing
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    input:
      schema:
        format: json
        document: { type: object, required: [ id ], properties: { id: { type: integer } } }
    do:
      - never: { set: { a: 1 } }
    """
    And given the workflow input is:
    """yaml
    id: text
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/validation
    status: 400
    instance: /input
    """

  Scenario: An output can be any value, and the last one is the workflow's
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - one: { set: { n: 20 }, output: { as: .n } }
      - two: { set: { ids: '${ [$input, . + 1] }' }, output: { as: .ids } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    [20, 21]
    """
