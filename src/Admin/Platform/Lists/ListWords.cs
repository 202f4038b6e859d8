using Jarvis.Client.Platform;

namespace Jarvis.Admin.Platform.Lists;

/// <summary>Words of every list.</summary>
public static class ListWords
{
    public static readonly Word Columns = new("列", "Columns");
    public static readonly Word ColumnsAndDensity = new("列与行距", "Columns and density");
    public static readonly Word ResetColumns = new("恢复默认", "Restore defaults");
    public static readonly Word Density = new("行距", "Density");
    public static readonly Word Compact = new("紧凑", "Compact");
    public static readonly Word Middle = new("适中", "Medium");
    public static readonly Word Comfortable = new("宽松", "Comfortable");
    public static readonly Word Previous = new("上一页", "Previous");
    public static readonly Word Next = new("下一页", "Next");
    public static readonly Word FirstPage = new("第一页", "First page");
    public static readonly Word Pages = new("翻页", "Pages");
    public static readonly Word Total = new("共 {0} 条", "{0} in all");
    public static readonly Word AtLeast = new("{0} 条以上", "more than {0}");
    public static readonly Word Any = new("全部", "Any");
    public static readonly Word Remove = new("移除筛选：{0}", "Remove the filter {0}");
    public static readonly Word Views = new("视图", "Views");
    public static readonly Word SavedViews = new("保存的视图", "Saved views");
    public static readonly Word NoViews = new("还没有保存的视图。设好筛选和排序后，在这里起个名字保存。", "No view is saved yet. Set filters and an order, then give them a name here.");
    public static readonly Word ViewName = new("视图名称", "Name of the view");
    public static readonly Word SaveView = new("保存当前筛选和排序", "Save these filters and this order");
    public static readonly Word DeleteView = new("删除视图“{0}”", "Delete the view “{0}”");
    public static readonly Word ViewSaved = new("视图已保存", "The view is saved");
    public static readonly Word Export = new("导出 CSV", "Export CSV");
    public static readonly Word ExportWhat = new("导出符合当前筛选的全部条目：按当前排序，只含显示的列", "All that the filters find, in this order, with the columns that are shown");
    public static readonly Word ExportStop = new("停止（已取 {0} 条）", "Stop ({0} so far)");
    public static readonly Word ExportStopped = new("已停止导出，没有生成文件", "Export stopped; no file was made");
    public static readonly Word Exported = new("已导出 {0} 条", "{0} exported");
    public static readonly Word ExportCut = new("只导出了前 {0} 条，后面还有：请加筛选条件分批导出", "Only the first {0} were exported: narrow the list to get the others");
    public static readonly Word SelectRow = new("选择 {0}", "Select {0}");
    public static readonly Word SelectAll = new("选择本页全部", "Select all of this page");
    public static readonly Word Selected = new("已选 {0} 条", "{0} selected");
    public static readonly Word SelectNone = new("取消选择", "Clear the selection");
    public static readonly Word Batch = new("批量操作", "Acts on the selection");
    public static readonly Word SortBy = new("按{0}排序", "Sort by {0}");
    public static readonly Word Falling = new("降序", "descending");
    public static readonly Word Rising = new("升序", "ascending");
    public static readonly Word Filters = new("筛选", "Filters");
    public static readonly Word OpenPage = new("打开完整页面", "Open its page");
    public static readonly Word NoMatchText = new("换个条件，或清除全部筛选。", "Try other conditions, or clear the filters.");
    public static readonly Word NotFound = new("找不到它", "It was not found");
    public static readonly Word NotFoundText = new("可能已被删除，或编号不对。", "It may be gone, or the id is wrong.");
}
