using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Workflows.Browser;
using Jarvis.Engine.Workflows.Files;
using Jarvis.Engine.Workflows.Http;
using Jarvis.Engine.Workflows.Mail;
using Jarvis.Engine.Workflows.Notifications;
using Jarvis.Engine.Workflows.Screens;
using Jarvis.Engine.Workflows.Sheets;
using Jarvis.Engine.Workflows.Texts;

namespace Jarvis.Engine.Workflows;

/// <summary>The functions that exist on this PC.</summary>
public sealed class FunctionCatalog(IEnumerable<JarvisFunction> functions)
{
    private readonly Dictionary<string, JarvisFunction> functions = functions.ToDictionary(f => f.Name, StringComparer.Ordinal);
    private ValidationContext? validation;

    /// <summary>Every function of Jarvis. A new one is added here.</summary>
    public static FunctionCatalog Standard { get; } = new(
    [
        new FileRead(),
        new FileReadMany(), new FileWrite(), new FileList(), new FileCopy(), new FileMove(), new FileDelete(), new FileHash(), new FileZip(), new FileUnzip(),
        new SheetRead(), new SheetWrite(), new SheetAppend(),
        new TextReplace(), new TextMatch(), new TextSplit(), new TextTemplate(), new TextEncode(), new TextDecode(), new TextParse(),
        new HttpDownload(),
        new BrowserOpen(), new BrowserClick(), new BrowserFill(), new BrowserRead(), new BrowserWait(), new BrowserDownload(), new BrowserClose(), new BrowserScreenshot(),
        new ScreenCapture(),
        new NotifyLog(), new MailSend(),
    ]);

    public IEnumerable<JarvisFunction> All => functions.Values;

    /// <summary>What workflows are checked against.</summary>
    public ValidationContext Validation => validation ??= new ValidationContext([.. functions.Values.Select(f => f.Description)]);

    /// <summary>The function of that name; null for none.</summary>
    public JarvisFunction? Find(string name) => functions.GetValueOrDefault(name);
}
