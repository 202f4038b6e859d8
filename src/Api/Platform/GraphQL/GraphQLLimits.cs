namespace Jarvis.Api.Platform.GraphQL;

/// <summary>What one GraphQL document, answer and connection may cost. Each is checked before anything more expensive begins.</summary>
public static class GraphQLLimits
{
    /// <summary>Body of a POST, in bytes: variables may carry a workflow's source or a run's input.</summary>
    public const int BodyBytes = 4 * 1024 * 1024;

    /// <summary>Nesting of the JSON body, in levels.</summary>
    public const int BodyDepth = 128;

    /// <summary>Body of a POST without a token, in bytes: it can only ask whether there is a GraphQL server here.</summary>
    public const int AnonymousBodyBytes = 64 * 1024;

    /// <summary>Values in the JSON body, names counted as well.</summary>
    public const int BodyValues = 200_000;

    /// <summary>Length of one number in the JSON body: every double can be written out.</summary>
    public const int NumberCharacters = 1_100;

    /// <summary>Length of the document itself, in characters.</summary>
    public const int DocumentCharacters = 32 * 1024;

    public const int Tokens = 6_000;

    /// <summary>Nesting that the parser follows, in levels.</summary>
    public const int ParseDepth = 64;

    public const int Operations = 5;
    public const int Fragments = 50;
    public const int VariablesPerOperation = 50;
    public const int RootFields = 20;
    public const int Aliases = 60;
    public const int Directives = 60;

    /// <summary>Fields as they stand in the document; validation compares them in pairs.</summary>
    public const int FieldsInDocument = 700;

    /// <summary>Fields once every fragment is spread.</summary>
    public const int FieldsSpread = 3_000;

    /// <summary>Nesting of fields once every fragment is spread.</summary>
    public const int Depth = 20;

    /// <summary>Fields times the page sizes around them.</summary>
    public const long Cost = 30_000;

    public const int PageDefault = 20;
    public const int PageMax = 100;

    /// <summary>Documents remembered as valid; with their longest length, some 32 MB of text at the very most.</summary>
    public const int ValidDocuments = 500;

    public const int ErrorsAnswered = 20;

    /// <summary>An error's message, in characters.</summary>
    public const int ErrorMessageCharacters = 500;

    /// <summary>A query or mutation may take this long.</summary>
    public static readonly TimeSpan OperationTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Resolvers of one operation that run at once.</summary>
    public const int ParallelResolvers = 4;

    /// <summary>A socket must be initialised within this time.</summary>
    public static readonly TimeSpan SocketInitTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The server pings a silent socket this often, and closes it after three.</summary>
    public static readonly TimeSpan SocketPing = TimeSpan.FromSeconds(15);

    /// <summary>A client that takes nothing for this long is closed; it resumes by its cursor.</summary>
    public static readonly TimeSpan SocketSendTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Saying good-bye to a client takes at most this long; then the socket is cut.</summary>
    public static readonly TimeSpan SocketFarewell = TimeSpan.FromSeconds(2);

    public const int SocketMessageBytes = BodyBytes;

    /// <summary>Of a message before the socket is acknowledged, in bytes: a token fits.</summary>
    public const int StrangersMessageBytes = 16 * 1024;

    /// <summary>Sockets at once that have not said who they are.</summary>
    public const int StrangersSockets = 1_000;

    public const int SocketsPerAccount = 5_000;

    public const int OperationsPerSocket = 50;

    /// <summary>Messages that wait to be sent on one socket.</summary>
    public const int SocketSendQueue = 256;

    /// <summary>Events of one subscription that are on their way; the next is read when one has been sent.</summary>
    public const int EventsInFlight = 32;
}
