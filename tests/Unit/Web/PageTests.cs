using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using ProcImage.Web;

namespace ProcImage.Tests.Unit.Web;

/// <summary>The content policy allows nothing inline and nothing from elsewhere: so the page must have none.</summary>
public partial class PageTests
{
    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/page.js", "text/javascript; charset=utf-8")]
    [InlineData("/calls.js", "text/javascript; charset=utf-8")]
    [InlineData("/line.js", "text/javascript; charset=utf-8")]
    [InlineData("/locks.js", "text/javascript; charset=utf-8")]
    [InlineData("/page.css", "text/css; charset=utf-8")]
    public async Task Its_files_are_embedded(string path, string contentType)
    {
        var (context, text) = await Get(path);
        Assert.Equal(contentType, context.Response.ContentType);
        Assert.Equal(Encoding.UTF8.GetByteCount(text), context.Response.ContentLength);
        Assert.NotEqual("", text);
    }

    [Fact]
    public async Task Whatever_its_scripts_fill_is_there_once()
    {
        var (_, html) = await Get("/");
        var ids = Id().Matches(html).Select(id => id.Groups[1].Value).ToList();
        Assert.Equal(ids.Distinct(), ids);
        foreach (string path in Scripts())
            Assert.All(Filled().Matches((await Get(path)).Text), id => Assert.Contains(id.Groups[1].Value, ids));
    }

    [Fact]
    public async Task It_has_neither_script_nor_style_inline()
    {
        var (_, html) = await Get("/");
        Assert.DoesNotMatch("(?i)<style", html);
        Assert.DoesNotMatch("(?i)<[^>]*\\sstyle\\s*=", html);
        Assert.DoesNotMatch("(?i)<[^>]*\\son[a-z]+\\s*=", html);
        Assert.DoesNotMatch("(?i)javascript:", html);
        Assert.All(Script().Matches(html), script =>
        {
            Assert.Contains(" src=", script.Groups[1].Value, StringComparison.Ordinal);
            Assert.Equal("", script.Groups[2].Value.Trim());
        });
    }

    [Fact]
    public async Task Whatever_it_loads_is_one_of_its_files()
    {
        var (_, html) = await Get("/");
        var loaded = Loaded().Matches(html).Select(file => "/" + file.Groups[1].Value).ToList();
        Assert.NotEmpty(loaded);
        Assert.All(loaded, path => Assert.Contains(path, PageFile.All.Select(file => file.Path)));
    }

    [Fact]
    public async Task Whatever_its_scripts_import_is_one_of_its_files_and_each_of_them_is_imported()
    {
        string[] scripts = [.. Scripts()];
        HashSet<string> imported = ["/page.js"]; // by the page itself
        foreach (var path in scripts)
            imported.UnionWith(Imported().Matches((await Get(path)).Text).Select(file => "/" + file.Groups[1].Value));
        Assert.Equal(scripts.Order(), imported.Order());
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task No_script_makes_markup_of_what_processes_call_themselves(string path)
    {
        var (_, script) = await Get(path);
        Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|new Function|\\.style\\b|cssText", script);
    }

    public static TheoryData<string> Scripts() =>
        [.. PageFile.All.Select(file => file.Path).Where(path => path.EndsWith(".js", StringComparison.Ordinal))];

    private static async Task<(HttpContext Context, string Text)> Get(string path)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Response.Body = body;
        await PageFile.All.Single(file => file.Path == path).Write(context);
        return (context, Encoding.UTF8.GetString(body.ToArray()));
    }

    [GeneratedRegex("(?m)^import .* from \"\\./([^\"]+)\";$")]
    private static partial Regex Imported();

    [GeneratedRegex("\\sid=\"([^\"]+)\"")]
    private static partial Regex Id();

    [GeneratedRegex("(?:getElementById|fill|show)\\(\"([^\"]+)\"")]
    private static partial Regex Filled();

    [GeneratedRegex("(?is)<script([^>]*)>(.*?)</script>")]
    private static partial Regex Script();

    [GeneratedRegex("(?i)<(?:script|link|img)[^>]*\\s(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Loaded();
}
