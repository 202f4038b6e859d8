using System.Text.Json;
using Jarvis.Client.Platform;
using Jarvis.Client.Schema;
using Jarvis.Client.Workflows;

namespace Jarvis.Client.Runs;

/// <summary>An input before it is sent: by the form itself, then by the server against the whole schema. Offline the form's word must do.</summary>
public static class InputChecks
{
    /// <param name="free">What was typed where anything goes.</param>
    /// <param name="revision">Null for the newest.</param>
    /// <returns>The input, and what is wrong with it by JSON Pointer.</returns>
    public static async Task<(JsonElement? Input, IReadOnlyDictionary<string, string> Problems)> Of(
        Api api, Language words, FormModel model, string free, Guid workflow, int? revision, CancellationToken cancel)
    {
        if (model.Root is null or { Widget: FormWidget.Json })
        {
            if (free.Trim().Length == 0)
            {
                return (null, new Dictionary<string, string>());
            }

            return JsonText.Parse(free) is { } parsed ? (parsed, new Dictionary<string, string>()) : (null, new Dictionary<string, string> { [""] = words[FormWords.NotJson] });
        }

        var found = FormCheck.Of(model, words);
        var input = FormInput.Of(model);
        if (found.Count > 0)
        {
            return (input, found);
        }

        try
        {
            var answer = await api.Ask(new CheckInputQuery { WorkflowId = workflow, Revision = revision, Input = input }, cancel);
            return (input, (answer.Data.CheckInput?.Problems ?? []).GroupBy(problem => problem.Pointer).ToDictionary(group => group.Key, group => group.First().Message));
        }
        catch (Exception e) when (e is UnreachableException or RefusedException)
        {
            // It is judged again where the run is requested.
            return (input, found);
        }
    }
}
