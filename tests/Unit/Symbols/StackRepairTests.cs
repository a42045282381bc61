using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

/// <summary>The function that waits is in the stack, though a walk along frame pointers skips it.</summary>
public sealed class StackRepairTests
{
    private const int Words = Limits.StackWords;
    private const ulong Stack = 0x7000;

    public static TheoryData<string, string, bool> Ways
    {
        get
        {
            var ways = new TheoryData<string, string, bool>();
            foreach (var program in new[] { "waits", "static" })
            {
                foreach (var how in new[] { "nanosleep", "clock_nanosleep", "read", "poll" })
                {
                    ways.Add(program, how, false);
                    ways.Add(program, how, true);
                }
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Who_calls_a_frameless_function_of_libc_is_in_the_stack(string program, string how, bool hasThreads)
    {
        using var waiting = Waiting.Start(
            program == "waits" ? Compiled.Waits : Compiled.Static, hasThreads ? [how, "threads"] : [how]);
        var frame = Waiting.Hexadecimal(waiting.ReadLine().Split(' ')[1]);
        var (instruction, stack) = waiting.Registers();
        var symbols = waiting.Symbols();

        var walk = waiting.Walk(instruction, frame);
        var walked = Names(symbols, walk);
        Assert.DoesNotContain("waits_here", walked);

        var names = Names(symbols, symbols.Repair(walk, waiting.Words(stack, Words), stack, out _));
        var at = names.ToList().IndexOf("waits_here");
        Assert.True(at is 1 or 2, string.Join(' ', names)); // nanosleep calls clock_nanosleep
        Assert.Equal(["waits_here", "asks_to_wait", "main"], names.Skip(at).Take(3));
        Assert.Equal(walked.Skip(1), names.Skip(at + 1));
    }

    [Fact]
    public void A_function_with_a_frame_keeps_its_stack()
    {
        var code = new Code { Steps = { [100] = CallerStep.FramePointer }, Returns = { 300 } };
        Assert.Equal([100, 200], Repair([100, 200], [300, 200], code));
    }

    [Fact]
    public void The_size_of_the_frame_says_where_the_caller_is()
    {
        var code = new Code
        {
            Steps = { [100] = new(CallerKind.StackPointer, 16), [399] = new(CallerKind.StackPointer, 8) },
            Returns = { 300, 400, 500 },
        };
        Assert.Equal([100, 400, 500, 200], Repair([100, 200], [300, 0, 400, 300, 500], code));
    }

    [Fact]
    public void Where_nothing_says_it_the_first_address_behind_a_call_is_taken_once()
    {
        var code = new Code { Returns = { 300, 400 } };
        Assert.Equal([100, 300, 200], Repair([100, 200], [7, 300, 400], code));
    }

    [Fact]
    public void A_call_of_the_very_function_is_better_than_an_earlier_one()
    {
        var code = new Code { Returns = { 300 }, CertainReturns = { 400, 500 } };
        Assert.Equal([100, 400, 500, 200], Repair([100, 200], [300, 400, 300, 500, 300], code));
    }

    [Theory]
    [InlineData(0)] // the walk has found it itself
    [InlineData(8)] // no call is before it
    [InlineData(16)] // it is not among the words
    public void What_is_not_missing_is_not_inserted(ulong toReturn)
    {
        var code = new Code { Steps = { [100] = new(CallerKind.StackPointer, toReturn) }, Returns = { 200 } };
        Assert.Equal([100, 200], Repair([100, 200], [200, 300], code));
    }

    [Fact]
    public void A_walk_that_has_found_nothing_is_repaired_too()
    {
        var code = new Code { Returns = { 300 } };
        Assert.Equal([100, 300], Repair([100], [300], code));
        Assert.Empty(Repair([], [300], code));
    }

    /// <summary>A function that uses the register for something else has led the walk astray.</summary>
    [Fact]
    public void Where_the_frame_pointer_is_not_one_the_walk_is_not_believed()
    {
        var code = new Code
        {
            Steps =
            {
                [100] = new(CallerKind.StackPointer, 0),
                [299] = new(CallerKind.StackPointer, 8, ToFrame: 0),
                [399] = CallerStep.FramePointer,
            },
            Returns = { 300, 400, 7 },
        };
        Assert.Equal([100, 300, 400], Repair([100, 7], [300, 5, 400], code));
        Assert.Equal(StackEnd.NoFrame, _end);
        code.CertainReturns.Add(500); // a call of the very function that the words have led to
        Assert.Equal([100, 300, 400, 500, 600], Repair([100, 500, 600], [300, 5, 400], code));
        Assert.Equal(StackEnd.Whole, _end);
        Assert.Equal([100, 300, 400, 600], Repair([100, 400, 600], [300, 5, 400], code)); // the words lead to it
        Assert.Equal(StackEnd.Whole, _end);
    }

    [Fact]
    public void Where_a_thread_begins_the_stack_ends()
    {
        var code = new Code { Steps = { [100] = new(CallerKind.StackPointer, 8, ToFrame: 0), [299] = CallerStep.Nobody }, Returns = { 300 } };
        Assert.Equal([100, 300], Repair([100, 7], [5, 300, 7], code));
        Assert.Equal(StackEnd.Whole, _end);
    }

    /// <summary>Where the memory was kept, the frames go on from the pointer that was saved.</summary>
    [Fact]
    public void A_saved_frame_pointer_leads_on()
    {
        var code = new Code
        {
            Steps =
            {
                [100] = new(CallerKind.StackPointer, 8, ToFrame: 0),
                [299] = CallerStep.FramePointer,
                [399] = CallerStep.FramePointer,
                [499] = CallerStep.FramePointer,
            },
            Returns = { 300 },
        };
        // The frame pointer, the return address, something; two frames.
        ulong[] words = [Stack + 24, 300, 1, Stack + 48, 400, 2, 0, 500];
        Assert.Equal([100, 300, 400, 500], Repair([100, 7], words, code));
        Assert.Equal(StackEnd.Whole, _end); // behind the first function is 0
        words[6] = Stack + 1000;
        Assert.Equal([100, 300, 400, 500], Repair([100, 7], words, code));
        Assert.Equal(StackEnd.Cut, _end);
        words[3] = Stack + 16; // callers are not below
        Assert.Equal([100, 300, 400], Repair([100, 7], words, code));
        Assert.Equal(StackEnd.NoFrame, _end);
        words[4] = 0;
        Assert.Equal([100, 300], Repair([100, 7], words, code));
        Assert.Equal(StackEnd.Whole, _end);
    }

    [Theory]
    [InlineData("E800000000", true)] // call rel32
    [InlineData("9090FFD0", true)] // call *%rax
    [InlineData("41FFD4", true)] // call *%r12
    [InlineData("FF5008", true)] // call *8(%rax)
    [InlineData("FF15AABBCCDD", true)] // call *d(%rip)
    [InlineData("FF542408", true)] // call *8(%rsp)
    [InlineData("FF94C1AABBCCDD", true)] // call *d(%rcx,%rax,8)
    [InlineData("FF1425AABBCCDD", true)] // call *d
    [InlineData("FFE0", false)] // jmp *%rax
    [InlineData("FF5008909090", false)]
    [InlineData("9090909090", false)]
    [InlineData("E80000", false)]
    [InlineData("", false)]
    public void Calls_are_known_by_their_bytes(string bytes, bool isCall) =>
        Assert.Equal(isCall, CallSite.Find(Convert.FromHexString(bytes)).IsCall);

    private StackEnd _end;

    private ulong[] Repair(ulong[] walk, ulong[] words, ICallers callers) =>
        StackRepair.Repair(walk, words, Stack, callers, out _end);

    private static IEnumerable<string> Names(ProcessSymbols symbols, ulong[] stack) =>
        symbols.Resolve(stack).Select(frame => frame.Name);

    private sealed class Code : ICallers
    {
        public Dictionary<ulong, CallerStep> Steps { get; } = [];

        public HashSet<ulong> Returns { get; } = [];

        public CallerStep StepAt(ulong address) => Steps.GetValueOrDefault(address);

        public HashSet<ulong> CertainReturns { get; } = [];

        public ReturnKind ReturnTo(ulong word, ulong instruction) =>
            CertainReturns.Contains(word) ? ReturnKind.Certain
            : Returns.Contains(word) ? ReturnKind.Perhaps
            : ReturnKind.No;
    }
}
