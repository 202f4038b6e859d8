namespace Jarvis.Build.Running;

/// <summary>The server's "no", with its stable code.</summary>
public sealed class RefusedException : Exception
{
    public RefusedException(string code, string message)
        : base(message) => Code = code;

    public RefusedException()
    {
    }

    public RefusedException(string message)
        : base(message)
    {
    }

    public RefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public string Code { get; } = "";
}
