Feature: Fork

  Scenario: Branches give their outputs in their own order
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - both:
          fork:
            branches:
              - slow: { do: [ { wait: { wait: { milliseconds: 60 } } }, { set: { set: { who: slow } } } ] }
              - fast: { set: { who: fast } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    [ { who: slow }, { who: fast } ]
    """

  Scenario: Only the winner of a competition counts
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - race:
          fork:
            compete: true
            branches:
              - slow: { do: [ { wait: { wait: { seconds: 20 } } }, { set: { set: { who: slow } } } ] }
              - fast: { set: { who: fast } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    who: fast
    """
