namespace Jarvis.Client.Workflows;

/// <summary>A small definition to begin with: it needs nothing, and shows input, a loop, a line in the log, a pause and a result.</summary>
public static class EditorExample
{
    public const string Text = """
        document:
          dsl: '1.0.0'
          namespace: my
          name: hello
          version: '1.0.0'
          title: Hello
          summary: Greets everybody on a list.
        input:
          schema:
            format: json
            document:
              type: object
              properties:
                names:
                  type: array
                  title: Names
                  items: { type: string }
                  default: [Ada, Lin]
        do:
          - begin:
              set:
                names: ${ .names // ["Ada", "Lin"] }
                greetings: []
          - each:
              for:
                each: name
                in: ${ .names }
              do:
                - greet:
                    set:
                      names: ${ .names }
                      greetings: ${ .greetings + ["Hello, \($name)!"] }
                - tell:
                    call: notify.log
                    with:
                      message: ${ .greetings[-1] }
                    output:
                      as: ${ $input }
          - pause:
              wait: { seconds: 2 }
          - sum:
              set:
                greetings: ${ .greetings }
                count: ${ .greetings | length }
        """;
}
