using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using ProcImage.Web;

namespace ProcImage.Tests.Unit.Web;

public class RoutesTests
{
    /// <summary>Nobody is asked: what an earlier loader has left is still to be taken up.</summary>
    [Theory]
    [InlineData("/metrics")]
    [InlineData("/api/v1/processes/1-1/timeline")]
    public async Task Until_the_start_is_complete_the_answer_is_that_it_is_not(string path)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        await using var app = builder.Build();
        using var routes = new Routes(null!, null!, null!, null!, null!);
        routes.Map(app);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(new Uri(address), path));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("starting\n", await answer.Content.ReadAsStringAsync());
    }
}
