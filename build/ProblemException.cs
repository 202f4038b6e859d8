namespace Jarvis.Build;

/// <summary>What stops the build program and what to do about it, in one sentence that is shown to the person as it is.</summary>
public sealed class ProblemException : Exception
{
    public ProblemException(string sentence)
        : base(sentence)
    {
    }

    public ProblemException(string sentence, Exception cause)
        : base(sentence, cause)
    {
    }

    public ProblemException()
    {
    }

    /// <summary>1 the answer is no; 2 wrong usage, or another one of us is at it already.</summary>
    public int ExitCode { get; init; } = 1;
}
