using System.Globalization;
using GraphQL;
using GraphQL.DataLoader;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Documents;
using Jarvis.Application.Platform;
using Jarvis.Domain.Documents;
using Marten;
using ContentOf = Jarvis.Domain.Platform.Content;

namespace Jarvis.Api.Documents;

/// <summary>A file that a person keeps here.</summary>
[Name("StoredFile")]
public sealed class FileNode(KeptFile file)
{
    public Guid Id => file.Id;

    public FileKind Kind => file.Kind;

    /// <summary>SHA-256 of the content.</summary>
    public string Hash => file.Hash;

    /// <summary>In bytes.</summary>
    public double Size => file.Size;

    /// <summary>Media type, as it was claimed when the content was brought.</summary>
    public string Type => file.Type;

    public DateTimeOffset StoredAt => file.StoredAt;

    /// <summary>Where its content is; for a plain link get a ticket for it.</summary>
    public string Address => $"/files/{file.Id}";

    /// <summary>What its owner calls it; null for anybody else.</summary>
    public IDataLoaderResult<string?> Name(IResolveFieldContext context) => context.Caller().AccountId != file.OwnerId
        ? LoaderResult.Of<string?>(null)
        : context.Load<Guid, ContentOf>("file names", file.Id, async (_, cancel) =>
            new Dictionary<Guid, ContentOf> { [file.Id] = (await context.Service<Vault>().Unseal([file.Name], cancel))[0] }).Then(Revealed.Text);
}

[Name("StoredFileEdge")]
public sealed record FileEdge(FileNode Node, string Cursor) : Edge<FileNode>(Node, Cursor);

[Name("StoredFileConnection")]
public sealed class FileConnection(IReadOnlyList<FileEdge> edges, PageInfo pageInfo, Position asOf) : Connection<FileNode, FileEdge>(edges, pageInfo, asOf);

/// <summary>A person's files.</summary>
public sealed class FileQueries
{
    /// <summary>The caller's own files of a kind (all by default), those stored last first.</summary>
    public static async Task<FileConnection> Files(IResolveFieldContext context, FileKind? kind, int? first, string? after)
    {
        var caller = context.Caller().AccountId;
        var page = PageRequest.Of(first, after, null, null, "files");
        await using var session = context.Service<IDocumentStore>().QuerySession();
        var query = session.Query<KeptFile>().Where(file => file.OwnerId == caller);
        if (kind is { } wanted)
        {
            query = query.Where(file => file.Kind == wanted);
        }

        if (page.Place is { } place)
        {
            // Ids are in the order of time.
            var last = Guid.TryParseExact(place, "N", out var id) ? id : throw PageRequest.InvalidCursor("after");
            query = query.Where(file => file.Id.CompareTo(last) < 0);
        }

        List<KeptFile> rows = [.. await query.OrderByDescending(file => file.Id).Take(page.Size + 1).ToListAsync(context.CancellationToken)];
        var (edges, info) = Pages.Cut(page, rows, row => row.Id.ToString("N", CultureInfo.InvariantCulture), (row, cursor) => new FileEdge(new FileNode(row), cursor));
        return new FileConnection(edges, info, new Position(await context.Service<ReadPoints>().Head(context.CancellationToken)));
    }

    /// <summary>One of the caller's own files, or null.</summary>
    public static async Task<FileNode?> File(IResolveFieldContext context, Guid id)
    {
        var caller = context.Caller();
        await using var session = context.Service<IDocumentStore>().QuerySession();
        return await session.LoadAsync<KeptFile>(id, context.CancellationToken) is { } file && file.OwnerId == caller.AccountId ? new FileNode(file) : null;
    }
}

/// <summary>Who may read a file.</summary>
public static class FileRights
{
    /// <summary>Its owner; a picture of a person, whoever is shown the account: administrators.</summary>
    public static bool MayRead(Caller caller, KeptFile file) =>
        caller.DeviceId is null && (file.OwnerId == caller.AccountId || (file.Kind == FileKind.Avatar && caller.IsAdministrator));

    /// <summary>The picture of an account that the caller is shown.</summary>
    public static IDataLoaderResult<FileNode?> Avatar(IResolveFieldContext context, Guid account) =>
        context.Caller().AccountId != account && !context.Caller().IsAdministrator
            ? LoaderResult.Of<FileNode?>(null)
            : context.Load<Guid, FileNode>("avatars", account, async (accounts, cancel) =>
            {
                Guid[] ids = [.. accounts];
                await using var session = context.Service<IDocumentStore>().QuerySession();
                var found = await session.Query<KeptFile>().Where(file => file.OwnerId.In(ids) && file.Kind == FileKind.Avatar).ToListAsync(cancel);
                return found.GroupBy(file => file.OwnerId).ToDictionary(group => group.Key, group => new FileNode(group.MaxBy(file => file.Id)!));
            });
}
