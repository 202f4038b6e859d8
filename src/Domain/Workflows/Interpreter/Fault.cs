namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>The DSL's error (RFC 9457 problem details).</summary>
/// <param name="Type">URI of the error's type; see <see cref="FaultTypes"/>.</param>
/// <param name="Status">HTTP-like status, 400 to 599 for the standard types.</param>
/// <param name="Instance">JSON Pointer of the task that raised it; null outside any task.</param>
public sealed record Fault(string Type, int Status, string? Title, string? Detail, string? Instance)
{
    public static Fault Configuration(string detail) => new(FaultTypes.Configuration, 400, "Configuration error", detail, null);

    public static Fault Validation(string detail) => new(FaultTypes.Validation, 400, "Validation error", detail, null);

    public static Fault Expression(string detail) => new(FaultTypes.Expression, 400, "Expression error", detail, null);

    public static Fault Authentication(string detail) => new(FaultTypes.Authentication, 401, "Authentication error", detail, null);

    public static Fault Authorization(string detail) => new(FaultTypes.Authorization, 403, "Authorization error", detail, null);

    public static Fault Timeout(string detail) => new(FaultTypes.Timeout, 408, "Timed out", detail, null);

    public static Fault Communication(int status, string title, string detail) => new(FaultTypes.Communication, status, title, detail, null);

    public static Fault Runtime(string detail) => new(FaultTypes.Runtime, 500, "Runtime error", detail, null);

    /// <summary>The effect of a task that was in flight at a crash is unknown. No <c>catch</c> catches it.</summary>
    public static Fault Interrupted(string detail) => new(FaultTypes.Interrupted, 500, "Interrupted", detail, null);

    public Fault At(string task) => Instance is null ? this with { Instance = task } : this;
}

/// <summary>The error types of the specification (dsl-reference.md, "Standard Error Types"), and Jarvis's own.</summary>
public static class FaultTypes
{
    /// <summary>What the standard types begin with.</summary>
    public const string Standard = "https://serverlessworkflow.io/spec/1.0.0/errors/";

    public const string Configuration = Standard + "configuration";
    public const string Validation = Standard + "validation";
    public const string Expression = Standard + "expression";
    public const string Authentication = Standard + "authentication";
    public const string Authorization = Standard + "authorization";
    public const string Timeout = Standard + "timeout";
    public const string Communication = Standard + "communication";
    public const string Runtime = Standard + "runtime";
    public const string Interrupted = "https://jarvis.ai/errors/interrupted";
}

/// <summary>Carries a <see cref="Fault"/> out of an activity. Hosts throw it; the interpreter turns it into the task's fault.</summary>
public sealed class WorkflowFaultException(Fault fault, Exception? inner = null)
    : Exception($"{fault.Title ?? fault.Type}: {fault.Detail}", inner)
{
    public Fault Fault => fault;
}
