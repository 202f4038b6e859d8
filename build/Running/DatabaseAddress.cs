using Npgsql;

namespace Jarvis.Build.Running;

/// <summary>A PostgreSQL as people write it: Npgsql's <c>Host=…;Database=…</c>, or <c>postgres://user:password@host:port/database</c>.</summary>
public static class DatabaseAddress
{
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static string ToConnectionString(string given)
    {
        if (!given.StartsWith("postgres://", StringComparison.Ordinal) && !given.StartsWith("postgresql://", StringComparison.Ordinal))
        {
            var builder = new NpgsqlConnectionStringBuilder(given);
            return builder.Host is { Length: > 0 } ? builder.ConnectionString : throw new ArgumentException("it names no host");
        }

        if (!Uri.TryCreate(given, UriKind.Absolute, out var address) || address.Host.Length == 0)
        {
            throw new ArgumentException("the address names no host");
        }

        var user = address.UserInfo.Split(':', 2);
        var parts = new NpgsqlConnectionStringBuilder { Host = address.Host, Port = address.Port > 0 ? address.Port : 5432 };
        if (user[0].Length > 0)
        {
            parts.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length == 2)
        {
            parts.Password = Uri.UnescapeDataString(user[1]);
        }

        if (address.AbsolutePath.Length > 1)
        {
            parts.Database = Uri.UnescapeDataString(address.AbsolutePath[1..]);
        }

        foreach (var pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = pair.Split('=', 2);
            parts[words[0] == "sslmode" ? "SSL Mode" : Uri.UnescapeDataString(words[0])] = words.Length == 2 ? Uri.UnescapeDataString(words[1]) : "";
        }

        return parts.ConnectionString;
    }
}
