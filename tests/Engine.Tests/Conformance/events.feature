Feature: Events

  Scenario: An emitted event is the task's output
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - tell:
          emit: { event: { with: { source: 'https://example.com/a', type: com.example.greeted, data: { hello: '${ .who }' } } } }
    """
    And given the workflow input is:
    """yaml
    who: Ada
    """
    When the workflow is executed
    Then the workflow should complete
    And the workflow output should have properties 'id', 'specversion', 'time', 'source', 'type', 'data'
    And the workflow output should have a 'data' property with value:
    """yaml
    hello: Ada
    """

  Scenario: A branch hears what another one tells
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - both:
          fork:
            branches:
              - hear: { listen: { to: { one: { with: { type: com.example.done } } } } }
              - tell:
                  do:
                    - rest: { wait: { milliseconds: 200 } }
                    - say: { emit: { event: { with: { source: 'https://example.com/a', type: com.example.done, data: { n: 1 } } } } }
          output: { as: '.[0]' }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    [ { n: 1 } ]
    """
