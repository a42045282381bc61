using System.Net;
using Microsoft.AspNetCore.Http;

namespace ProcImage.Web;

/// <summary>What every request has to pass, and what every answer carries.</summary>
internal static class RequestGuard
{
    private const string ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static Task Check(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        context.Response.ContentType = "text/plain; charset=utf-8"; // unless the route says something else
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            headers.Allow = "GET, HEAD";
            return Refuse(context, StatusCodes.Status405MethodNotAllowed, "this server is read only");
        }

        return IsKnownHost(context)
            ? next(context)
            : Refuse(
                context,
                StatusCodes.Status421MisdirectedRequest,
                "use this server by its address, localhost or the machine's name");
    }

    /// <summary>
    /// A page of another site can point its own name here (DNS rebinding); it cannot make the browser send another Host.
    /// </summary>
    private static bool IsKnownHost(HttpContext context)
    {
        if (context.Connection.LocalIpAddress is null)
            return true; // a unix socket: no browser gets there
        var host = context.Request.Host.Host;
        return IPAddress.TryParse(host, out _)
            || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase);
    }

    private static Task Refuse(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(reason + "\n");
    }
}
