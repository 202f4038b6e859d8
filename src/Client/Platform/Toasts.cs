namespace Jarvis.Client.Platform;

/// <param name="Undo">What takes it back; null where nothing does.</param>
public sealed record Toast(int Number, string Text, bool IsWarning, Func<Task>? Undo);

/// <summary>Short words at the foot of the screen. Undo is offered for five seconds; the act itself waits until they are over.</summary>
public sealed class Toasts(TimeProvider time)
{
    public static readonly TimeSpan Shown = TimeSpan.FromSeconds(5);
    private readonly List<Toast> toasts = [];
    private int last;

    public event Action? Changed;

    public IReadOnlyList<Toast> All => toasts;

    public void Say(string text) => Show(new Toast(++last, text, false, null));

    public void Warn(string text) => Show(new Toast(++last, text, true, null));

    /// <summary>Says what was done, and does it after five seconds unless it is taken back.</summary>
    /// <param name="act">Does it.</param>
    /// <param name="undone">Puts the screen back.</param>
    public void DoUnlessUndone(string text, Func<Task> act, Action undone)
    {
        var taken = false;
        var toast = new Toast(++last, text, false, () =>
        {
            taken = true;
            undone();
            return Task.CompletedTask;
        });
        Show(toast, () => taken ? Task.CompletedTask : act());
    }

    public async Task Undo(Toast toast)
    {
        if (toasts.Remove(toast) && toast.Undo is { } undo)
        {
            await undo();
            Changed?.Invoke();
        }
    }

    public void Drop(Toast toast)
    {
        if (toasts.Remove(toast))
        {
            Changed?.Invoke();
        }
    }

    private async void Show(Toast toast, Func<Task>? after = null)
    {
        const int AtOnce = 3;
        toasts.Add(toast);
        if (toasts.Count > AtOnce)
        {
            toasts.RemoveAt(0);
        }

        Changed?.Invoke();
        await Task.Delay(Shown, time);
        toasts.Remove(toast);
        Changed?.Invoke();
        if (after is not null)
        {
            await after();
        }
    }
}
