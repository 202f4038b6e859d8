using Jarvis.Mobile.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Workflows;

/// <summary>The address of a list of workflows.</summary>
public sealed class WorkflowsAddressTests
{
    [Fact]
    public void filters_combine_and_stand_in_the_address()
    {
        var address = new WorkflowsAddress { Text = "票据 & 表", Category = "office", Favourite = true }.Toggle("b").Toggle("a");

        address.Query.ShouldBe("?text=%E7%A5%A8%E6%8D%AE%20%26%20%E8%A1%A8&category=office&tag=a&tag=b&favourite=true");
        address.Filter!.Tags.ShouldBe(["a", "b"]);
        address.Filter.Category.ShouldBe("office");
    }

    [Fact]
    public void a_tag_chosen_twice_is_chosen_no_more()
    {
        var address = new WorkflowsAddress().Toggle("a").Toggle("a");

        address.IsFiltered.ShouldBeFalse();
        address.Filter.ShouldBeNull();
        address.Query.ShouldBe("");
    }
}
