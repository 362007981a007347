package generate

import "strings"

var (
	firstNames = []string{
		"Ada", "Amina", "Bo", "Carla", "Chen", "Dmitri", "Eve", "Farid", "Greta", "Hana", "Ivo", "June", "Kofi", "Lena", "Mila", "Noor", "Omar", "Pia",
		"Quentin", "Rosa", "Sven", "Tariq", "Uma", "Vera", "Wei", "Ximena", "Yusuf", "Zoë", "Irène", "José",
	}
	lastNames = []string{
		"Abbott", "Bauer", "Castillo", "Diaz", "Eriksson", "Fischer", "García", "Haddad", "Ibrahim", "Jansen", "Kowalski", "Lindqvist", "Moreau", "Nakamura",
		"Okafor", "Petrov", "Quinn", "Rossi", "Silva", "Takahashi", "Ueda", "Varga", "Weiß", "Xu", "Yilmaz", "Zhang", "O'Neill", "Müller", "Ng", "Łukasik",
	}
	initials       = strings.Split("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "")
	academicTitles = []string{"", "", "Ph.D.", "Professor", "M.Sc.", "M.A.", "M.D."}
	positions      = []string{
		"Director of Data Science", "Lecturer", "Head of Engineering", "Chair, Department of Mathematics", "Curator", "Senior Researcher", "Associate Dean",
		"Founder", "Editor",
	}
	organizations = []string{
		"Harbour University", "Meadow College", "Northern Institute of Technology", "Old Mill School of Music", "Riverside Hospital", "Summit Labs",
		"Linden Academy", "Copper State University", "The \"Quiet\" Library", "Winter & Sons",
	}
	approaches = []string{"Introduction to ", "Advanced ", "Applied ", "Practical ", "Foundations of ", "A Short Course in ", "The History of ", "Seminar: "}
	promises   = []string{".", ", step by step.", ", from the first hour to the exam.", "; no knowledge is needed.", ". With exercises.", ", in English and Español."}
	parts      = []string{"What is ", "First steps in ", "Tools of ", "Cases of ", "Limits of ", "A project in "}
)

// subjects are what courses are of; subjectWeights how many of a hundred are so.
var (
	subjects = []struct {
		prefix string
		topics []string
	}{
		{"CS", []string{"Machine Learning", "Databases", "Distributed Systems", "Compilers", "Networks", "Computer Graphics", "Programming in Go"}},
		{"MA", []string{"Linear Algebra", "Probability", "Number Theory", "Calculus", "Statistics"}},
		{"BU", []string{"Marketing", "Accounting", "Negotiation", "Project Management"}},
		{"LA", []string{"Spanish", "Arabic", "Mandarin", "French", "Latin"}},
		{"BI", []string{"Genetics", "Ecology", "Anatomy"}},
		{"HI", []string{"Ancient Rome", "the Silk Road", "Modern Europe"}},
		{"MU", []string{"Harmony", "Counterpoint", "Songwriting"}},
	}
	subjectWeights = []int{34, 20, 16, 12, 8, 6, 4}
)
