using ProcImage.Abi;
using ProcImage.Controller;
using ProcImage.Tests.Fuzz;
using Xunit.Abstractions;

namespace ProcImage.Tests.Unit.CommandLine;

/// <summary>Whatever is typed is refused in one line, informs, or is what the rules allow.</summary>
public class FuzzTests(ITestOutputHelper log)
{
    [Fact]
    public void The_loader_takes_what_the_rules_allow() => log.WriteLine("{0} lines", Fuzzing.Run(random =>
    {
        var ran = Ran.With(LoaderCommandLine.Command, CommandLines.Loader.Line(random));
        AssertSound(ran);
        if (ran.Options is not { } options)
            return;
        Assert.True(options.Images != ImageSet.None || options.Check);
        Assert.InRange(options.Linger.TotalSeconds, 0, 86_400);
        Assert.InRange(options.MaxSeries, 100, 10_000_000);
        Assert.StartsWith("/", options.Bpffs, StringComparison.Ordinal);
    }));

    [Fact]
    public void The_controller_takes_what_the_rules_allow() => log.WriteLine("{0} lines", Fuzzing.Run(random =>
    {
        var ran = Ran.With(ControllerCommandLine.Command, CommandLines.Controller.Line(random));
        AssertSound(ran);
        if (ran.Options is not { } options)
            return;
        Assert.True(options.Target == Target.All || options.Target.Id is >= 1 and <= 4_194_304);
        Assert.True(options.Verb != Verb.Activate || options.Images != ImageSet.None);
        Assert.True(options.Verb is not (Verb.Finish or Verb.Status) || options.Images == ImageSet.None);
        Assert.True(options.Verb != Verb.Deactivate || options.TimeSeconds is null);
        Assert.InRange(options.KeytimeLevel, 0u, 1u);
        Assert.InRange(options.SyscallSequence, options.Images.HasFlag(ImageSet.Syscall) ? 1u : 0u, 50u);
        Assert.StartsWith("/", options.Bpffs, StringComparison.Ordinal);
    }));

    [Fact]
    public void A_number_is_taken_if_and_only_if_it_is_in_range() => log.WriteLine("{0} numbers", Fuzzing.Run(random =>
    {
        var (option, text, isGood) = CommandLines.Number(random);
        bool isOneWord = option.EndsWith('=') || (text.Length > 0 && random.Chance(0.5));
        string[] number = isOneWord ? [option + text] : [option, text];
        var ran = Ran.With(ControllerCommandLine.Command, ["-r", .. number]);
        AssertSound(ran);
        Assert.True(isGood == ran.Options is not null, $"{option} '{text}': {ran.Error}");
    }));

    private static void AssertSound<TOptions>(Ran<TOptions> ran)
        where TOptions : class
    {
        Assert.Equal(ran.Status == 0 ? 0 : 1, ran.Error.Count(character => character is '\n' or '\r' or '\u2028'));
        Assert.True(ran.Status is 0 or 2, $"status {ran.Status}: {ran.Error}");
        Assert.False(ran.Options is not null && ran.Output.Length > 0);
        Assert.True(ran.Status == 2 || ran.Options is not null || ran.Output.Length > 0);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
    }
}
