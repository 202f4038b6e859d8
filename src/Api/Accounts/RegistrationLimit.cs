using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Jarvis.Api.Platform;
using Jarvis.Application.Platform;

namespace Jarvis.Api.Accounts;

/// <summary>
/// Counts registrations that were asked for, whatever became of them: from where they came and for which address. An answer tells whether an address has
/// an account, because a new one comes with its tokens; so asking is what is limited.
/// </summary>
public sealed class RegistrationLimit(PasswordGuesses guesses, MasterKey keys, ServerConfiguration configuration)
{
    /// <summary>A network of IPv6 is one source: whoever has one has all of its addresses.</summary>
    private const int NetworkBytes = 8;

    /// <summary>Null for one that may be looked at, else how long to wait.</summary>
    /// <param name="email">Normalised; null for what is none.</param>
    public async Task<TimeSpan?> Book(IPAddress? source, string? email, CancellationToken cancel)
    {
        var (bySource, wait) = await guesses.Book(Key("source", SourceOf(source)), configuration.RegistrationsPerSource, cancel);
        if (bySource is null)
        {
            return wait;
        }

        if (email is null)
        {
            return null;
        }

        var (byEmail, longer) = await guesses.Book(Key("e-mail", email), SignInLimits.RegistrationsPerEmail, cancel);
        return byEmail is null ? longer : null;
    }

    private static string SourceOf(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes)),
        _ => address.ToString(),
    };

    // Under a keyed hash: who asked stands in no table.
    private string Key(string kind, string of) =>
        string.Create(CultureInfo.InvariantCulture, $"registration/{kind}/{keys.Hash(HashPurpose.Secret, Encoding.UTF8.GetBytes(of), "registrations")}");
}
