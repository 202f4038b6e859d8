using Jarvis.Client.Platform;
using Microsoft.AspNetCore.Components;

namespace Jarvis.Admin.Platform.Operations;

/// <summary>A page about the system itself, which tells of no changes: it is asked every two seconds while the page is looked at.</summary>
public abstract class PolledScreen : Screen
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private ITimer? timer;
    private bool asking;

    [Inject]
    public IBrowser Browser { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        timer = Time.CreateTimer(_ => _ = InvokeAsync(Tick), null, Every, Every);
        await Reload();
    }

    protected override async ValueTask Leave()
    {
        if (timer is not null)
        {
            await timer.DisposeAsync();
        }
    }

    // One question at a time; what takes longer is not piled up.
    private async Task Tick()
    {
        if (asking || !Browser.IsOnline)
        {
            return;
        }

        asking = true;
        try
        {
            await Reload();
        }
        finally
        {
            asking = false;
        }
    }
}
