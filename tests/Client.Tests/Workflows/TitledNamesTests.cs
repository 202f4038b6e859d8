using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Jarvis.Client.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Workflows;

/// <summary>A workflow and its runs are called the same everywhere: by the title in the person's language.</summary>
public sealed class TitledNamesTests : ScreenTest
{
    [Fact]
    public void a_title_is_told_in_the_persons_language_and_the_name_where_there_is_none()
    {
        var language = The<Language>();
        var titled = new Titled { Name = "receipts", TitleZh = "票据合并", TitleEn = "Receipts merged" };
        language.Use(Tongue.Chinese);
        language.NameOf(titled).ShouldBe("票据合并");
        language.Use(Tongue.English);
        language.NameOf(titled).ShouldBe("Receipts merged");
        language.NameOf(titled with { TitleEn = null }).ShouldBe("receipts");
    }
}
