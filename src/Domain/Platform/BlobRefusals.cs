namespace Jarvis.Domain.Platform;

/// <summary>Each "no" about a blob.</summary>
public static class BlobRefusals
{
    public static readonly Refusal NotFound = new("blob.not_found", "There is no such blob, or nothing that you may see names it.");
    public static readonly Refusal Pending = new("blob.pending", "Its PC has not sent it yet. Ask again later.");
    public static readonly Refusal Erased = new("blob.erased", "It was erased.");
    public static readonly Refusal Removed = new("blob.removed", "It was removed, because nothing named it.");
    public static readonly Refusal Damaged = new("blob.damaged", "What is stored is not what was stored: it fails its check.");
    public static readonly Refusal HashInvalid = new("blob.hash_invalid", "A blob is named by its SHA-256 in 64 lower-case hex digits.", "hash");
    public static readonly Refusal LengthRequired = new("blob.length_required", "Say how large the whole is: Upload-Length, or Content-Length of a whole one.", "Upload-Length");
    public static readonly Refusal LengthDiffers = new("blob.length_differs", "The upload began with another Upload-Length.", "Upload-Length");
    public static readonly Refusal OffsetRequired = new("blob.offset_required", "Say where this part begins: Upload-Offset.", "Upload-Offset");
    public static readonly Refusal OffsetDiffers = new("blob.offset_differs", "The upload stands at another offset; go on from there.", "Upload-Offset");
    public static readonly Refusal ContentDiffers = new("blob.content_differs", "The content has another hash than the one that names it; it was thrown away.", "hash");
    public static readonly Refusal Busy = new("blob.busy", "Another request is sending this blob just now.");
    public static readonly Refusal TooManyUploads = new("blob.too_many_uploads", "Too many uploads are unfinished. Finish some, or let them lapse.");
    public static readonly Refusal OrphansChanged = new("blob.orphans_changed", "The orphans are no longer the ones that were listed. List them again.", "count");

    public static Refusal TooLarge(long most) => new("blob.too_large", $"A blob has at most {most} bytes.", "Upload-Length");

    public static Refusal Quota(long used, long quota) => new("blob.quota", $"The storage of this account is full: {used} of {quota} bytes are used.");
}
