Feature: Try

  Scenario: An error that fits is caught under its name
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - attempt:
          try:
            - get: { call: http, with: { method: get, endpoint: 'http://pets.example/nothing' } }
          catch:
            errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/communication', status: 404 } }
            as: problem
            do:
              - tell: { set: { status: '${ $problem.status }', at: '${ $problem.instance }' } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    status: 404
    at: /do/0/attempt/try/0/get
    """

  Scenario: One that does not fit goes on
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - attempt:
          try:
            - get: { call: http, with: { method: get, endpoint: 'http://pets.example/broken' } }
          catch: { errors: { with: { status: 404 } } }
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 503
    instance: /do/0/attempt/try/0/get
    """

  Scenario: Conditions decide what is caught
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - attempt:
          try:
            - fail: { raise: { error: { type: 'https://example.com/e', status: 500 } } }
          catch:
            when: $error.status == 500
            exceptWhen: $error.type == "https://example.com/other"
            do:
              - tell: { set: { caught: true } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    caught: true
    """

  Scenario: A task is tried again as often as its policy says
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    use:
      retries:
        briefly: { delay: { milliseconds: 5 }, backoff: { exponential: {} }, limit: { attempt: { count: 3 } } }
    do:
      - attempt:
          try:
            - get: { call: http, with: { method: get, endpoint: 'http://pets.example/broken' } }
          catch:
            retry: briefly
            do:
              - tell: { set: { gaveUp: '${ $error.status }' } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    gaveUp: 503
    """
