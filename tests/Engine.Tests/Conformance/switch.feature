Feature: Switch

  Scenario: A default case is taken where no other fits, and without one the task goes on
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - choose:
          switch:
            - small: { when: '.n < 10', then: exit }
            - other: { then: big }
      - small: { set: { is: small } }
      - big: { set: { is: big } }
    """
    And given the workflow input is:
    """yaml
    n: 11
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    is: big
    """
    And big should run after choose
