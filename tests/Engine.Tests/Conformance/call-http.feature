Feature: Call HTTP

  Scenario: The content of an answer is decoded
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - get: { call: http, with: { method: get, endpoint: { uri: 'http://pets.example/pets/{petId}' } } }
    """
    And given the workflow input is:
    """yaml
    petId: 5
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    { id: 5, name: pet 5, status: available }
    """

  Scenario: The whole answer tells of its request
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - get: { call: http, with: { method: get, endpoint: 'http://pets.example/pets/1', headers: { X-A: b }, output: response } }
    """
    When the workflow is executed
    Then the workflow should complete
    And the workflow output should have properties 'request', 'request.method', 'request.uri', 'request.headers.X-A', 'headers', 'content.id'
    And the workflow output should have a 'statusCode' property with value:
    """yaml
    200
    """

  Scenario: Raw is the body in Base64
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - post: { call: http, with: { method: post, endpoint: 'http://pets.example/pets', body: { a: 1 }, output: raw } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    eyJhIjoxfQ==
    """

  Scenario: A redirection that is no answer is an error unless the call says otherwise
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - get: { call: http, with: { method: get, endpoint: 'http://pets.example/not-modified' } }
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 304
    type: https://serverlessworkflow.io/spec/1.0.0/errors/communication
    """

  Scenario: A redirection counts as success where the call says so
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - get: { call: http, with: { method: get, endpoint: 'http://pets.example/not-modified', redirect: true, output: response }, output: { as: .statusCode } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    304
    """

  Scenario: A token is fetched and sent
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - get:
          call: http
          with:
            method: get
            endpoint:
              uri: http://pets.example/secured
              authentication: { oauth2: { authority: 'http://pets.example', grant: client_credentials, client: { id: me, secret: s } } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    proof: Bearer issued
    """
