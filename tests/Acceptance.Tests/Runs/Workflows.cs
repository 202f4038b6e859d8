namespace Jarvis.Acceptance.Tests.Runs;

/// <summary>Definitions whose effects can be counted on the disk.</summary>
internal static class Workflows
{
    /// <summary>
    /// Appends one line a step to a ledger by a command that may not be repeated: a step that ran twice would show twice.
    /// </summary>
    public static string Ledger(string file, int steps, int millisecondsPerStep = 20) => $$"""
        document: { dsl: '1.0.0', namespace: acceptance, name: ledger, version: '1.0.0' }
        do:
          - steps:
              for: { each: n, in: '${ [range({{steps}})] }' }
              do:
                - note:
                    run:
                      shell:
                        command: 'sleep 0.{{millisecondsPerStep:D3}}; echo "$1" >> "$2"'
                        arguments: [ '${ $n | tostring }', '{{file}}' ]
        """;

    /// <summary>Writes one file a step, which may be repeated: the run always ends completed, whatever is killed.</summary>
    public static string Files(string folder, int steps) => $$"""
        document: { dsl: '1.0.0', namespace: acceptance, name: files, version: '1.0.0' }
        do:
          - steps:
              for: { each: n, in: '${ [range({{steps}})] }' }
              do:
                - write:
                    call: file.write
                    with: { path: '${ "{{folder}}/" + ($n | tostring) + ".txt" }', content: '${ $n | tostring }' }
                - rest:
                    wait: { milliseconds: 20 }
          - done:
              set: { steps: {{steps}} }
        """;
}
