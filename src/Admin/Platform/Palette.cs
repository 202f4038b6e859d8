namespace Jarvis.Admin.Platform;

/// <summary>Whether the Ctrl+K palette is open.</summary>
public sealed class Palette
{
    public event Action? Changed;

    public bool IsOpen { get; private set; }

    public void Open() => Become(true);

    public void Close() => Become(false);

    private void Become(bool open)
    {
        IsOpen = open;
        Changed?.Invoke();
    }
}
