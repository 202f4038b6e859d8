Feature: Run

  Scenario: A shell command is given its arguments, environment and input
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - run:
          run:
            shell:
              command: 'cat; echo " $1 $NAME"'
              arguments: [ '${ .arg }' ]
              environment: { NAME: env }
              stdin: typed
            return: all
    """
    And given the workflow input is:
    """yaml
    arg: given
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    { code: 0, stdout: "typed given env\n", stderr: '' }
    """

  Scenario: The code of a process can be what it gives
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - run: { run: { shell: { command: exit 3 }, return: code } }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    3
    """

  Scenario: A process that fails is a runtime error
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - run: { run: { shell: { command: exit 3 } } }
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/runtime
    status: 500
    instance: /do/0/run
    """

  Scenario: A script in JavaScript reads its input, its arguments and its environment
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - run:
          run:
            script:
              language: javascript
              stdin: typed
              arguments: [ given ]
              environment: { NAME: env }
              code: |
                import { readFileSync } from 'node:fs';
                const [_, __, argument] = process.argv;
                console.log(readFileSync(process.stdin.fd, 'utf8'), argument, process.env.NAME);
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    "typed given env\n"
    """

  Scenario: A script that fails is a runtime error
    Given a workflow with definition:
    """yaml
    document: { dsl: '1.0.3', namespace: tests, name: test, version: '1.0.0' }
    do:
      - run: { run: { script: { language: js, code: "require('node:fs'); process.exit(4)" } } }
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/runtime
    status: 500
    instance: /do/0/run
    """
