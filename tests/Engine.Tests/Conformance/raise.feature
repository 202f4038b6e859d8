Feature: Raise

  Scenario: An error is as it is written, with the place where it was raised
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    use:
      errors:
        late: { type: 'https://example.com/late', status: 422, title: '${ "Late by \(.days)" }', detail: too late }
    do:
      - outer:
          do:
            - complain: { raise: { error: late } }
    """
    And given the workflow input is:
    """yaml
    days: 3
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://example.com/late
    status: 422
    title: Late by 3
    detail: too late
    instance: /do/0/outer/do/0/complain
    """
