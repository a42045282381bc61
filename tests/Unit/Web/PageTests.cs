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
    [InlineData("/page.css", "text/css; charset=utf-8")]
    public async Task Its_files_are_embedded(string path, string contentType)
    {
        var (context, text) = await Get(path);
        Assert.Equal(contentType, context.Response.ContentType);
        Assert.Equal(Encoding.UTF8.GetByteCount(text), context.Response.ContentLength);
        Assert.NotEqual("", text);
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
    public async Task Its_script_makes_no_markup_of_what_processes_call_themselves()
    {
        var (_, script) = await Get("/page.js");
        Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|new Function|\\.style\\b|cssText", script);
    }

    private static async Task<(HttpContext Context, string Text)> Get(string path)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Response.Body = body;
        await PageFile.All.Single(file => file.Path == path).Write(context);
        return (context, Encoding.UTF8.GetString(body.ToArray()));
    }

    [GeneratedRegex("(?is)<script([^>]*)>(.*?)</script>")]
    private static partial Regex Script();

    [GeneratedRegex("(?i)<(?:script|link|img)[^>]*\\s(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Loaded();
}
