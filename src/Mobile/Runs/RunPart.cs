using System.Diagnostics.CodeAnalysis;
using Jarvis.Client.Platform;
using Microsoft.AspNetCore.Components;

namespace Jarvis.Mobile.Runs;

/// <summary>A part of a run's page that shows its nodes: reads them once, and what is new whenever the page says that something changed.</summary>
public abstract class RunPart : Screen
{
    private static readonly TimeSpan NotMoreOftenThan = TimeSpan.FromSeconds(1);

    private int seen = -1;
    private long? shown;
    private bool reading;

    /// <summary>Its parameters are set by name: the trimmer must not take them.</summary>
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(RunPart))]
    protected RunPart()
    {
    }

    [Parameter, EditorRequired]
    public Guid Id { get; set; }

    /// <summary>The position as of which it is shown; null for now.</summary>
    [Parameter]
    public long? AsOf { get; set; }

    /// <summary>Rises with each change of the run.</summary>
    [Parameter]
    public int Tick { get; set; }

    protected RunTaskPages? Pages { get; private set; }

    /// <summary>Why the nodes could not be read.</summary>
    protected Exception? Problem { get; private set; }

    protected override Task OnInitializedAsync() => Task.CompletedTask;

    protected override async Task OnParametersSetAsync()
    {
        if (Pages is null || shown != AsOf)
        {
            (shown, seen, Pages) = (AsOf, Tick, null);
            var pages = new RunTaskPages(Api, Id, AsOf);
            await Read(pages.Load);
            Pages = pages;
            await Came();
        }
        else if (seen != Tick && AsOf is null && !reading)
        {
            reading = true;
            try
            {
                do
                {
                    seen = Tick;
                    await Task.Delay(NotMoreOftenThan, Time, Gone);
                    await Read(Pages.Refresh);
                    await Came();
                }
                while (seen != Tick && !Gone.IsCancellationRequested);
            }
            catch (OperationCanceledException)
            {
                // Another part of the page was chosen.
            }

            reading = false;
        }
    }

    protected override async Task Reload()
    {
        if (Pages is { } pages)
        {
            await Read(pages.Load);
            await Came();
        }
    }

    /// <summary>Nodes were read.</summary>
    protected virtual Task Came() => Task.CompletedTask;

    private async Task Read(Func<CancellationToken, Task> read)
    {
        try
        {
            await read(Gone);
            Problem = null;
        }
        catch (Exception e) when (e is RefusedException or UnreachableException)
        {
            Problem = e;
        }

        StateHasChanged();
    }
}
