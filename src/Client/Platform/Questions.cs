namespace Jarvis.Client.Platform;

/// <summary>A dialog before an act that cannot be taken back. What is done without a question offers undo instead (<see cref="Toasts"/>).</summary>
/// <param name="Title">What is about to happen to what: “终止任务 package-digest？”</param>
/// <param name="Effect">What it does, on which PC, to how many.</param>
/// <param name="Verb">The button: “终止任务”.</param>
public sealed record Question(string Title, string Effect, string Verb)
{
    public bool IsDangerous { get; init; }

    /// <summary>The third grade: this has to be typed first. Null: a press is enough.</summary>
    public string? TypeThis { get; init; }

    /// <summary>Whether a reason is asked for, and must be given.</summary>
    public bool AsksReason { get; init; }

    /// <summary>The label of a reason that may be given; null for none.</summary>
    public string? OffersReason { get; init; }
}

/// <param name="Reason">What was given as the reason; null where none was asked for.</param>
public sealed record Consent(string? Reason);

/// <summary>Asks one question at a time, through the layout's <c>QuestionDialog</c>.</summary>
public sealed class Questions
{
    private TaskCompletionSource<Consent?>? waiting;

    public event Action? Changed;

    public Question? Open { get; private set; }

    /// <summary>The person's consent, or null for no (also for Esc, and when another question takes its place).</summary>
    public Task<Consent?> Ask(Question question)
    {
        waiting?.TrySetResult(null);
        var asked = waiting = new TaskCompletionSource<Consent?>();
        Open = question;
        Changed?.Invoke();
        return asked.Task;
    }

    public void Answer(Consent? consent)
    {
        Open = null;
        Changed?.Invoke();
        // Who asked goes on within this call, and may ask the next thing.
        var asked = waiting;
        waiting = null;
        asked?.TrySetResult(consent);
    }
}
