Feature: Runtime arguments

  Scenario: Task, workflow and runtime describe themselves
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - tell:
          set: { name: '${ $task.name }', at: '${ $task.reference }', kind: '${ $task.definition | has("set") }', of: '${ $workflow.definition.document.name }', given: '${ $workflow.input.a }', by: '${ $runtime.name }', began: '${ $workflow.startedAt.epoch.seconds | type }' }
    """
    And given the workflow input is:
    """yaml
    a: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    { name: tell, at: /do/0/tell, kind: true, of: test, given: 1, by: jarvis, began: number }
    """
