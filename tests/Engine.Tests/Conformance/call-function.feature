Feature: Call function

  Scenario: A function of the workflow is called with its parameters
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    use:
      functions:
        getPet: { call: http, with: { method: get, endpoint: 'http://pets.example/pets/{petId}' }, output: { as: .name } }
    do:
      - call: { call: getPet, with: { petId: 9 } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    pet 9
    """
