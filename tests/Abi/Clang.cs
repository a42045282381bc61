using System.Diagnostics;
using System.Reflection;

namespace ProcImage.Tests.Abi;

/// <summary>The compiler of the kernel side, which decides what abi.h means.</summary>
internal static class Clang
{
    private static readonly string _program = typeof(Clang).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Clang").Value!;

    /// <summary>Runs it on a source text: what it prints, and its complaints, one a line.</summary>
    public static (string Output, IReadOnlyList<string> Errors) Run(string source, params string[] options)
    {
        var start = new ProcessStartInfo(_program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var option in (string[])["-target", "bpf", "-x", "c", .. options, "-"])
            start.ArgumentList.Add(option);

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(source);
        process.StandardInput.Close();
        process.WaitForExit();

        var complaints = errors.Result.Split('\n').Where(line => line.Contains("error:")).ToList();
        if (process.ExitCode != 0 && complaints.Count == 0)
            complaints.Add($"{_program}: error: exit status {process.ExitCode}");
        return (output.Result, complaints);
    }
}
