using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Components;

namespace Jarvis.Client.Platform;

/// <summary>
/// What every page has: loading with its states, following live, polling while that is not possible, and letting go of all of it when
/// the page is left. A page overrides <see cref="Reload"/> and calls <see cref="Load{T}"/> in it.
/// </summary>
public abstract class Screen : ComponentBase, IAsyncDisposable
{
    /// <summary>Changes are drawn at most this often, however fast they come.</summary>
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource gone = new();
    private readonly List<IDisposable> followed = [];
    private bool drawing;
    private bool polls;

    /// <summary>Pages are made by the router, from their types: the trimmer must not take what is set that way.</summary>
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(Screen))]
    protected Screen() => Gone = gone.Token;

    [Inject]
    public Api Api { get; set; } = null!;

    [Inject]
    public Live Live { get; set; } = null!;

    [Inject]
    public Toasts Toasts { get; set; } = null!;

    [Inject]
    public Questions Questions { get; set; } = null!;

    [Inject]
    public NavigationManager Navigation { get; set; } = null!;

    [Inject]
    public TimeProvider Time { get; set; } = null!;

    [Inject]
    public Language Words { get; set; } = null!;

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Gone { get; }

    /// <summary>Asks for all that the page shows; called at first and on retry.</summary>
    protected virtual Task Reload() => Task.CompletedTask;

    /// <summary>Brings what is shown up to date where changes may have been missed, without the person having asked: what they look at stays where it is.</summary>
    protected virtual Task CatchUp() => Reload();

    protected override Task OnInitializedAsync() => Reload();

    /// <summary>Asks, and keeps the panel's state; what was there stays on screen meanwhile.</summary>
    protected async Task Load<T>(Panel<T> panel, IQuery<T> query)
        where T : class
    {
        panel.Again = () => Load(panel, query);
        panel.IsLoading = true;
        try
        {
            var answer = await Api.Ask(query, Gone);
            (panel.Data, panel.KeptAt, panel.Refusals, panel.Problem) = (answer.Data, answer.KeptAt, answer.Refusals, null);
        }
        catch (Exception e) when (e is RefusedException or UnreachableException)
        {
            panel.Problem = e;
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return;
        }

        panel.IsLoading = false;
        await InvokeAsync(StateHasChanged);
    }

    /// <summary>
    /// Does something and tells how it went: a toast for a refusal, and false. With <paramref name="done"/> a toast for success.
    /// </summary>
    protected async Task<T?> Do<T>(IMutation<T> mutation, Word? done = null)
        where T : class
    {
        try
        {
            var answer = await Api.Do(mutation, Gone);
            if (done is not null)
            {
                Toasts.Say(Words[done]);
            }

            return answer;
        }
        catch (Exception e) when (e is RefusedException or UnreachableException)
        {
            Toasts.Warn(ErrorWords.Of(Words, e));
            return null;
        }
    }

    /// <summary>Follows until the page is left. Follow first, then load: so nothing falls between.</summary>
    protected void Follow<T>(ISubscription<T> subscription, Action<T> next)
    {
        followed.Add(Live.Follow(subscription, item => _ = InvokeAsync(() =>
        {
            if (!gone.IsCancellationRequested)
            {
                next(item);
                _ = Draw();
            }
        }), Again));
        if (!polls)
        {
            polls = true;
            Live.Poll += Again;
        }
    }

    /// <summary>Stops following everything; to follow something else.</summary>
    protected void Unfollow()
    {
        foreach (var one in followed)
        {
            one.Dispose();
        }

        followed.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        Unfollow();
        Live.Poll -= Again;
        await Leave();
        gone.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What else a page lets go of.</summary>
    protected virtual ValueTask Leave() => ValueTask.CompletedTask;

    private void Again()
    {
        if (!gone.IsCancellationRequested)
        {
            _ = InvokeAsync(CatchUp);
        }
    }

    private async Task Draw()
    {
        if (drawing)
        {
            return;
        }

        drawing = true;
        StateHasChanged();
        try
        {
            await Task.Delay(DrawEvery, Time, Gone);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        drawing = false;
        StateHasChanged();
    }
}
