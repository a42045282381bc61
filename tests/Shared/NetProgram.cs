using System.Globalization;
using System.Text.RegularExpressions;

namespace ProcImage.Tests;

/// <summary>A .NET program that waits in a method of its own. By the compiler alone: no project, no packages.</summary>
public static partial class NetProgram
{
    /// <param name="directory">Where it is put.</param>
    /// <returns>What <c>dotnet exec</c> runs: it says 'ready', then reads, or sleeps so many ms at a time; -1: for ever.</returns>
    public static string Compile(string directory)
    {
        const string Source = """
            using System; using System.Runtime.CompilerServices; using System.Threading;
            static class Waits
            {
                [MethodImpl(MethodImplOptions.NoInlining)]
                static int InMethod(int sleep)
                {
                    Console.WriteLine("ready");
                    while (sleep != 0)
                        Thread.Sleep(sleep);
                    return Console.OpenStandardInput().ReadByte();
                }
                static int Main(string[] arguments) => InMethod(arguments.Length > 0 ? int.Parse(arguments[0]) : 0) + 1;
            }
            """;
        var sdks = Ran.With("dotnet", "--list-sdks").AssertDone().Output.TrimEnd('\n').Split('\n');
        var sdk = SdkLine().Match(sdks[^1]);
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var source = Path.Combine(directory, "waits.cs");
        var program = Path.Combine(directory, "waits.dll");
        File.WriteAllText(source, Source);
        Ran.With(
            "dotnet", "exec", Path.Combine(sdk.Groups[2].Value, sdk.Groups[1].Value, "Roslyn/bincore/csc.dll"),
            "-nologo", "-nostdlib", $"-out:{program}", $"-r:{runtime}/System.Private.CoreLib.dll",
            $"-r:{runtime}/System.Runtime.dll", $"-r:{runtime}/System.Console.dll",
            $"-r:{runtime}/System.Threading.Thread.dll", $"-r:{runtime}/System.Threading.dll", source).AssertDone();
        File.WriteAllText(
            Path.Combine(directory, "waits.runtimeconfig.json"),
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                { "runtimeOptions": { "framework":
                  { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" } } }
                """));
        return program;
    }

    [GeneratedRegex(@"^(\S+) \[(.*)\]$")]
    private static partial Regex SdkLine();
}
