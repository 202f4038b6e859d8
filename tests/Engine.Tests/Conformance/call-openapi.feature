Feature: Call OpenAPI

  Scenario: An operation is called by its id
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - get:
          call: openapi
          with: { document: { endpoint: 'http://pets.example/openapi.json' }, operationId: getPet, parameters: { petId: '${ .id }' } }
          output: { as: .name }
    """
    And given the workflow input is:
    """yaml
    id: 3
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    pet 3
    """

  Scenario: The whole answer tells of its request
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - add:
          call: openapi
          with: { document: { endpoint: 'http://pets.example/openapi.json' }, operationId: addPet, parameters: { body: { name: new } }, output: response }
    """
    When the workflow is executed
    Then the workflow should complete
    And the workflow output should have properties 'request.method', 'request.uri', 'headers', 'statusCode', 'content.name'
