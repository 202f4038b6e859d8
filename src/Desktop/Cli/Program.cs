using Jarvis.Cli.Platform;
using Jarvis.Cli.Runs;
using Jarvis.Cli.Workflows;

// The verbs of `jarvis`, one file each. Only the verb that was asked for is built, so that a start stays short.
return await CommandLine.Run(args, new Dictionary<string, Verb>(StringComparer.Ordinal)
{
    ["run"] = new("Runs one workflow file on this machine, with no server.", RunVerb.Create),
    ["validate"] = new("Shows every problem of workflow files, with line and column.", ValidateVerb.Create),
    ["eval"] = new("Evaluates an expression on a JSON input.", EvalVerb.Create),
});
