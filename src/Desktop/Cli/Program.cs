using Jarvis.Cli.Accounts;
using Jarvis.Cli.Devices;
using Jarvis.Cli.Platform;
using Jarvis.Cli.Runs;
using Jarvis.Cli.Workflows;

// The verbs of `jarvis`, one file each. Only the verb that was asked for is built, so that a start stays short.
return await CommandLine.Run(args, new Dictionary<string, Verb>(StringComparer.Ordinal)
{
    ["run"] = new("Runs one workflow file on this machine, with no server.", RunVerb.Create),
    ["validate"] = new("Shows every problem of workflow files, with line and column.", ValidateVerb.Create),
    ["eval"] = new("Evaluates an expression on a JSON input.", EvalVerb.Create),
    ["demo"] = new("Runs demo workflows by a clock that stands in the past, for the runner to hand in.", DemoVerb.Create),
    ["functions"] = new("Lists what workflows can call, and what of it works on this machine.", FunctionsVerb.Create),
    ["login"] = new("Signs in at a server.", LoginVerb.Create),
    ["publish"] = new("Publishes a workflow file as its next revision.", PublishVerb.Create),
    ["start"] = new("Asks the server for a run of a workflow.", StartVerb.Create),
    ["watch"] = new("Follows a run live and ends with its result.", WatchVerb.Create),
    ["pause"] = new("Asks a run to pause before its next task.", ControlVerb.Pause),
    ["resume"] = new("Asks a paused run to go on.", ControlVerb.Resume),
    ["stop"] = new("Asks a run to end, and kills it after a grace time.", ControlVerb.Stop),
    ["retry"] = new("Starts a run that ended anew, or from its failed task.", RetryVerb.Create),
    ["replay"] = new("Shows how a run stood after an event, and where a changed definition would go another way.", ReplayVerb.Create),
    ["runs"] = new("Lists the latest runs; diff compares two, retry starts failed ones anew.", RunsVerb.Create),
    ["workflows"] = new("Lists the published workflows, and limits how many runs of one go at once.", WorkflowsVerb.Create),
    ["runner"] = new("Runs workflows for a server on this PC.", RunnerVerb.Create),
    ["secret"] = new("Keeps secrets of this PC for its workflows: set, list, remove.", SecretVerb.Create),
    ["devices"] = new("Lists the devices, and pairs new ones.", DevicesVerb.Create),
});
