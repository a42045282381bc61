using Microsoft.AspNetCore.Http;

namespace ProcImage.Web;

/// <summary>A file of the page, embedded in this program.</summary>
internal sealed class PageFile(string path, string name, string contentType)
{
    private readonly byte[] _content = Load(name);

    public static IReadOnlyList<PageFile> All { get; } =
    [
        new("/", "index.html", "text/html; charset=utf-8"),
        new("/page.css", "page.css", "text/css; charset=utf-8"),
        Script("page.js"),
        Script("api.js"),
        Script("calls.js"),
        Script("dom.js"),
        Script("format.js"),
        Script("histogram.js"),
        Script("life.js"),
        Script("line.js"),
        Script("list.js"),
        Script("locks.js"),
        Script("states.js"),
    ];

    public string Path => path;

    public async Task Write(HttpContext context)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = _content.Length;
        await context.Response.Body.WriteAsync(_content, context.RequestAborted);
    }

    private static PageFile Script(string name) => new("/" + name, name, "text/javascript; charset=utf-8");

    private static byte[] Load(string name)
    {
        using var stream = typeof(PageFile).Assembly.GetManifestResourceStream("page/" + name)
            ?? throw new InvalidOperationException($"page/{name} is not embedded in this program");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
