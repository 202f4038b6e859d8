Feature: Time-outs

  Scenario: A task that takes too long is a time-out error that can be caught
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - attempt:
          try:
            - slow: { wait: { seconds: 30 }, timeout: { after: { milliseconds: 50 } } }
          catch:
            errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/timeout' } }
            do:
              - tell: { set: { status: '${ $error.status }', at: '${ $error.instance }' } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    { status: 408, at: /do/0/attempt/try/0/slow }
    """

  Scenario: A workflow that takes too long faults
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    timeout: { after: { milliseconds: 50 } }
    do:
      - slow: { wait: PT30S }
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/timeout
    status: 408
    """
