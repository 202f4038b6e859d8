using Jarvis.Client.Platform;
using Microsoft.AspNetCore.Components;

namespace Jarvis.Admin.Platform.Operations;

/// <summary>A page about the system itself, which tells of no changes by itself: it is asked again and again while the page is open.</summary>
public abstract class PolledScreen : Screen
{
    private ITimer? timer;
    private bool asking;

    /// <summary>How often it is asked.</summary>
    protected virtual TimeSpan Every => TimeSpan.FromSeconds(2);

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
