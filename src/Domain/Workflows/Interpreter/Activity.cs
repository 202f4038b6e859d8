using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>Which part of an HTTP answer a call hands on (<c>with.output</c>).</summary>
public enum HttpOutput { Content, Response, Raw }

/// <summary>Which part of an ended process a run hands on (<c>run.return</c>).</summary>
public enum ProcessReturn { Stdout, Stderr, Code, All, None }

/// <summary>An effect on the world, ready to be performed: everything is evaluated, nothing is masked.</summary>
/// <param name="Task">JSON Pointer of the task.</param>
/// <param name="Instance">Which execution of the task (see <c>ITaskEvent.Instance</c>).</param>
/// <param name="Attempt">1 for the first time; 2 when it is performed again after a crash, and so on.</param>
public abstract record Activity(string Task, string Instance, int Attempt)
{
    /// <summary>One HTTP request. Turn the answer into the task's output with <see cref="HttpReply.ToOutput"/>.</summary>
    /// <param name="Headers">As evaluated, with authorization, idempotency key and content type where there is a body.</param>
    /// <param name="Body">The body's bytes, or null for none.</param>
    /// <param name="Digest">With what a server's digest challenge (RFC 7616) is answered; null for not at all.</param>
    /// <param name="AcceptRedirects">The DSL's <c>redirect</c>: whether a 3xx answer counts as success (true) or as a fault (false). Redirects are followed either way.</param>
    public sealed record Http(
        string Task,
        string Instance,
        int Attempt,
        string Method,
        Uri Uri,
        IReadOnlyList<KeyValuePair<string, string>> Headers,
        byte[]? Body,
        HttpOutput Output,
        bool AcceptRedirects,
        DigestCredentials? Digest = null) : Activity(Task, Instance, Attempt);

    /// <summary>One call of a Jarvis function.</summary>
    public sealed record Function(string Task, string Instance, int Attempt, string Name, Json Arguments) : Activity(Task, Instance, Attempt);

    /// <summary>One shell command. Turn the result into the task's output with <see cref="ProcessReply.ToOutput"/>.</summary>
    /// <param name="Command">What the system's shell is given.</param>
    /// <param name="Arguments">Positional arguments; the shell sees them as <c>$1</c>, <c>$2</c>, …</param>
    /// <param name="Await">False: started and not waited for; the output is then the task's input.</param>
    public sealed record Shell(
        string Task,
        string Instance,
        int Attempt,
        string Command,
        IReadOnlyList<string> Arguments,
        IReadOnlyDictionary<string, string> Environment,
        string? Stdin,
        ProcessReturn Return,
        bool Await) : Activity(Task, Instance, Attempt);

    /// <summary>One script. Turn the result into the task's output with <see cref="ProcessReply.ToOutput"/>.</summary>
    /// <param name="Arguments">What follows the script's own name in its arguments.</param>
    public sealed record Script(
        string Task,
        string Instance,
        int Attempt,
        ScriptLanguage Language,
        string Code,
        IReadOnlyList<string> Arguments,
        IReadOnlyDictionary<string, string> Environment,
        string? Stdin,
        ProcessReturn Return,
        bool Await) : Activity(Task, Instance, Attempt);
}

/// <summary>What a script is written in.</summary>
public enum ScriptLanguage { JavaScript, Python }

/// <summary>What <c>run: workflow</c> names.</summary>
/// <param name="Version">A semantic version, or <c>latest</c>.</param>
/// <param name="Await">False: the parent goes on at once.</param>
public sealed record WorkflowReference(string Namespace, string Name, string Version, bool Await);

/// <summary>Name and password that are proved without being sent (RFC 7616).</summary>
public sealed record DigestCredentials(string Username, string Password);
