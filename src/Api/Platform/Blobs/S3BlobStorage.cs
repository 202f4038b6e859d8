using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Jarvis.Application.Platform.Blobs;

namespace Jarvis.Api.Platform.Blobs;

/// <summary>Where an S3-compatible store is and how it is asked.</summary>
/// <param name="Endpoint">JARVIS_BLOBS_S3_ENDPOINT.</param>
/// <param name="Bucket">JARVIS_BLOBS_S3_BUCKET; it must exist.</param>
/// <param name="Region">JARVIS_BLOBS_S3_REGION; part of every signature.</param>
/// <param name="AccessKey">JARVIS_BLOBS_S3_ACCESS_KEY.</param>
/// <param name="SecretKey">JARVIS_BLOBS_S3_SECRET_KEY.</param>
public sealed record S3Address(Uri Endpoint, string Bucket, string Region, string AccessKey, string SecretKey);

/// <summary>Blobs in an S3-compatible object store. Large ones go up in parts, so that memory stays bounded; an object shows only once it is whole.</summary>
public sealed class S3BlobStorage : IBlobStorage, IDisposable
{
    /// <summary>Content of one part, in bytes; stores take none below 5 MiB but the last.</summary>
    public const int PartBytes = 8 * 1024 * 1024;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromMinutes(5);

    private readonly S3Address address;
    private readonly AmazonS3Client client;

    public S3BlobStorage(S3Address address)
    {
        this.address = address;
        client = new AmazonS3Client(new BasicAWSCredentials(address.AccessKey, address.SecretKey), new AmazonS3Config
        {
            ServiceURL = address.Endpoint.ToString(),
            AuthenticationRegion = address.Region,
            // Buckets in the path: every compatible store understands that, few have names per bucket.
            ForcePathStyle = true,
            Timeout = RequestTimeout,
            MaxErrorRetry = 3,
            // Newer checksums than many compatible stores know; every chunk has its own tag anyway.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }

    /// <exception cref="BlobStoreAwayException">The store does not take it; the file is still there.</exception>
    public async Task Keep(BlobKey key, string file, CancellationToken cancellation)
    {
        try
        {
            await Put(key, file, cancellation);
        }
        catch (Exception away) when (IsAway(away))
        {
            throw new BlobStoreAwayException(away);
        }

        File.Delete(file);
    }

    private async Task Put(BlobKey key, string file, CancellationToken cancellation)
    {
        await using (var content = new FileStream(file, new FileStreamOptions { BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan }))
        {
            if (content.Length <= PartBytes)
            {
                await client.PutObjectAsync(
                    new PutObjectRequest { BucketName = address.Bucket, Key = key.Path, InputStream = content, AutoCloseStream = false, UseChunkEncoding = false }, cancellation);
            }
            else
            {
                await KeepInParts(key, file, content.Length, cancellation);
            }
        }
    }

    public async Task<Stream?> Open(BlobKey key, long offset, CancellationToken cancellation)
    {
        try
        {
            var request = new GetObjectRequest { BucketName = address.Bucket, Key = key.Path };
            if (offset > 0)
            {
                request.ByteRange = new ByteRange($"bytes={offset}-");
            }

            return new Answer(await client.GetObjectAsync(request, cancellation));
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (AmazonS3Exception beyond) when (beyond.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return Stream.Null;
        }
        catch (Exception away) when (IsAway(away))
        {
            throw new BlobStoreAwayException(away);
        }
    }

    /// <exception cref="BlobStoreAwayException">The store does not do it.</exception>
    public async Task Remove(BlobKey key, CancellationToken cancellation)
    {
        try
        {
            await client.DeleteObjectAsync(address.Bucket, key.Path, cancellation);
        }
        catch (Exception away) when (IsAway(away))
        {
            throw new BlobStoreAwayException(away);
        }
    }

    public async IAsyncEnumerable<StoredBlob> List([EnumeratorCancellation] CancellationToken cancellation)
    {
        string? next = null;
        do
        {
            var page = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = address.Bucket, ContinuationToken = next }, cancellation);
            foreach (var item in page.S3Objects ?? [])
            {
                if (BlobKey.Of(item.Key) is { } key)
                {
                    yield return new StoredBlob(key, item.Size ?? 0, item.LastModified?.ToUniversalTime() ?? default);
                }
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    public async Task Check(CancellationToken cancellation)
    {
        const string Probe = "jarvis-probe";
        try
        {
            await client.PutObjectAsync(new PutObjectRequest { BucketName = address.Bucket, Key = Probe, ContentBody = "", UseChunkEncoding = false }, cancellation);
            await client.DeleteObjectAsync(address.Bucket, Probe, cancellation);
        }
        catch (Exception refused) when (IsAway(refused))
        {
            throw new IOException(refused.Message, refused);
        }
    }

    public void Dispose() => client.Dispose();

    private static bool IsAway(Exception exception) => exception is AmazonServiceException or AmazonClientException or HttpRequestException or HttpIOException;

    private async Task KeepInParts(BlobKey key, string file, long length, CancellationToken cancellation)
    {
        var upload = (await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = address.Bucket, Key = key.Path }, cancellation)).UploadId;
        try
        {
            var parts = new List<PartETag>();
            for (var at = 0L; at < length; at += PartBytes)
            {
                var number = parts.Count + 1;
                var answer = await client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = address.Bucket, Key = key.Path, UploadId = upload, PartNumber = number, FilePath = file, FilePosition = at,
                        PartSize = Math.Min(PartBytes, length - at), UseChunkEncoding = false,
                    },
                    cancellation);
                parts.Add(new PartETag(number, answer.ETag));
            }

            await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = address.Bucket, Key = key.Path, UploadId = upload, PartETags = parts }, cancellation);
        }
        catch
        {
            try
            {
                await client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = address.Bucket, Key = key.Path, UploadId = upload }, CancellationToken.None);
            }
            catch (Exception away) when (IsAway(away))
            {
                // What kept it from being completed keeps it from being taken back, or it was completed and only the answer was lost: the first failure says more.
            }

            throw;
        }
    }

    /// <summary>An answer's content; the connection goes back with it.</summary>
    private sealed class Answer(GetObjectResponse response) : ForwardStream
    {
        private readonly Stream content = response.ResponseStream;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await content.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception away) when (IsAway(away))
            {
                throw new BlobStoreAwayException(away);
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => content.Read(buffer, offset, count);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                response.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
