using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Devices;

/// <summary>The PC that this phone watches; null for all of them. Remembered on the phone.</summary>
public sealed class ChosenDevice(IBrowser browser)
{
    private const string Name = "watched";

    public event Action? Changed;

    public Guid? Id => Guid.TryParse(browser.Preference(Name), out var id) ? id : null;

    public async Task Choose(Guid? id)
    {
        if (id != Id)
        {
            await browser.Prefer(Name, id?.ToString());
            Changed?.Invoke();
        }
    }
}
