Feature: Flow

  Scenario: A task that its condition leaves out hands its input on, and its direction does not count
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - skipped: { if: '.n > 5', set: { n: 99 }, then: end }
      - next: { set: { n: '${ .n + 1 }' } }
    """
    And given the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 2
    """
    And next should run last

  Scenario: Tasks follow their directions
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - a: { set: { t: '${ .t + ["a"] }' }, then: c }
      - b: { set: { t: '${ .t + ["b"] }' }, then: end }
      - c: { set: { t: '${ .t + ["c"] }' }, then: b }
      - never: { set: { t: [] } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    t: [a, c, b]
    """
    And a should run first
    And c should run after a
    And b should run last

  Scenario: Exit leaves the list it stands in, end the whole workflow
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - outer:
          do:
            - one: { set: { n: 1 }, then: exit }
            - never: { set: { n: 2 } }
      - inner:
          do:
            - three: { set: { n: '${ .n + 2 }' }, then: end }
            - neither: { set: { n: 4 } }
      - nor: { set: { n: 5 } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 3
    """
    And three should run last
