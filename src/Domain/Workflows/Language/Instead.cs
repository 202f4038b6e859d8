namespace Jarvis.Domain.Workflows.Language;

/// <summary>What helps in place of a part of the DSL that is not there yet.</summary>
internal static class Instead
{
    public static string Of(string name) => name switch
    {
        "grpc" or "asyncapi" or "a2a" or "mcp" => "Reach the service with `call: http` or `call: openapi`, or through a program with `run: { shell: … }`.",
        "container" => "Start it by its command: `run: { shell: { command: docker run … } }`.",
        "schedule" => "Remove it, and start the workflow by hand or by a timer of the system that calls `jarvis start`.",
        "catalogs" => "Define the functions in `use.functions`.",
        "resource" => "Write the schema itself below `document`.",
        _ => "Remove it.",
    };
}
