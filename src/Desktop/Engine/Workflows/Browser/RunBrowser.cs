using Jarvis.Domain.Workflows.Interpreter;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>How a run wants its browser.</summary>
internal sealed record BrowserWish(string? Profile, int Width, int Height, bool Visible, TimeSpan Patience);

/// <summary>The one browser of a run: opened by its first step, closed with the run. Its steps take turns.</summary>
internal sealed class RunBrowser : IAsyncDisposable
{
    /// <summary>How long a page may keep an answer that it has at once unless a script of its own keeps it busy, beyond what a step may wait.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim turn = new(1, 1);
    private IPlaywright? playwright;
    private IBrowserContext? context;
    private IPage? misled;
    private BrowserProfile? profile;

    /// <summary>The page that was opened last.</summary>
    /// <exception cref="WorkflowFaultException">None is open.</exception>
    public IPage Page => context?.Pages.LastOrDefault(page => !page.IsClosed) ?? throw new WorkflowFaultException(Fault.Runtime(
        "There is no open page: begin with browser.open. (A run's browser ends with the runner's process; a run that was resumed opens its page again.)"));

    /// <summary>
    /// Does one step. One that is cancelled, or that the page does not answer, closes the browser, because Playwright cannot leave a step undone in
    /// another way.
    /// </summary>
    /// <param name="patience">All that the step itself may wait for.</param>
    public async Task<T> Step<T>(Func<Task<T>> act, TimeSpan patience, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var acting = Act(act);
            try
            {
                return await acting.WaitAsync(patience + AnswerTime, cancellation);
            }
            catch (Exception unanswered) when (unanswered is OperationCanceledException or TimeoutException && !acting.IsCompleted)
            {
                var where = context is { Pages: [.., var last] } ? last.Url : null;
                await CloseNow();
                await Task.WhenAny(acting, Task.Delay(AnswerTime, CancellationToken.None));
                cancellation.ThrowIfCancellationRequested();
                throw new WorkflowFaultException(
                    Fault.Timeout($"The page {where} did not answer for {(patience + AnswerTime).TotalSeconds:0} s: a script of its own keeps it busy. It was closed."), unanswered);
            }
            catch (Exception failure) when (failure is PlaywrightException or TimeoutException or WorkflowFaultException && cancellation.IsCancellationRequested)
            {
                await CloseNow();
                throw new OperationCanceledException("The browser step was cancelled.", failure, cancellation);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<T> Act<T>(Func<Task<T>> act)
    {
        var result = await act();
        if (profile is not null && context is not null)
        {
            await profile.Keep(context);
        }

        return result;
    }

    /// <summary>Opens the browser, unless one is open that is as wished. Only within <see cref="Step"/>.</summary>
    public async Task<IPage> Ensure(BrowserWish wish, string home, CancellationToken cancellation)
    {
        if (context is not null && (context.Pages.Count == 0 || profile?.Name != wish.Profile))
        {
            await CloseNow();
        }

        if (context is null)
        {
            var executable = SystemBrowser.Find() ?? throw NotAvailable(SystemBrowser.None);
            profile = wish.Profile is null ? null : await BrowserProfile.Take(home, wish.Profile, wish.Patience, cancellation);
            try
            {
                playwright = await Start();
                context = await Launch(playwright, executable, wish, profile?.Folder ?? "");
                await (profile?.Restore(context) ?? Task.CompletedTask);
            }
            catch
            {
                await CloseNow();
                throw;
            }
        }

        var page = context.Pages.Count > 0 ? context.Pages[^1] : await context.NewPageAsync();
        if (page == misled)
        {
            page = await context.NewPageAsync();
            await misled.CloseAsync();
            misled = null;
        }

        await page.SetViewportSizeAsync(wish.Width, wish.Height);
        return page;
    }

    /// <summary>
    /// Says that a page did not get where it was sent. Steps may still look at it, but the next one that opens gets another page: the browser's own
    /// error page arrives in this one at a time nobody knows, and would interrupt what is opened next.
    /// </summary>
    public void Mislead(IPage page) => misled = page;

    public async Task Close()
    {
        await turn.WaitAsync();
        try
        {
            await CloseNow();
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Close();
        turn.Dispose();
    }

    private async Task CloseNow()
    {
        try
        {
            if (context is not null)
            {
                await context.CloseAsync().WaitAsync(AnswerTime);
            }
        }
        catch (Exception gone) when (gone is PlaywrightException or TimeoutException)
        {
            // It is closed already: the person did it, it crashed, or the step was cancelled. Or it does not answer, and ends with Playwright.
        }
        finally
        {
            context = null;
            misled = null;
            playwright?.Dispose();
            playwright = null;
            profile?.Dispose();
            profile = null;
        }
    }

    private static async Task<IPlaywright> Start()
    {
        try
        {
            return await Playwright.CreateAsync();
        }
        catch (PlaywrightException missing)
        {
            throw NotAvailable($"Playwright cannot be started: {missing.Message.Split('\n')[0]}");
        }
    }

    private static async Task<IBrowserContext> Launch(IPlaywright playwright, string executable, BrowserWish wish, string folder)
    {
        try
        {
            return await playwright.Chromium.LaunchPersistentContextAsync(folder, new BrowserTypeLaunchPersistentContextOptions
            {
                ExecutablePath = executable,
                Headless = !wish.Visible,
                AcceptDownloads = true,
                Timeout = SystemBrowser.StartTimeoutMilliseconds,
                ViewportSize = new ViewportSize { Width = wish.Width, Height = wish.Height },
                ChromiumSandbox = SystemBrowser.Sandboxed,
                Args = SystemBrowser.Arguments,
            });
        }
        catch (Exception failure) when (failure is PlaywrightException or TimeoutException)
        {
            throw NotAvailable($"{executable} cannot be started: {failure.Message.Split('\n')[0]}");
        }
    }

    private static WorkflowFaultException NotAvailable(string detail) => new(JarvisFaults.CannotWorkHere(detail));
}
